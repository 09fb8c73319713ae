// What only pages with charts or with parts that change run, beside main.ts.
import { startBeats } from "./beats";
import { startBoard } from "./board";
import { startCharts } from "./chart";
import { startFollow } from "./follow";
import { startLive } from "./live";

startLive();
startCharts();
startBeats();
startFollow();
startBoard();
