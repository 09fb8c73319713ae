// What every page runs. Pages work without it: this only adds comfort.
import { startBoard } from "./board";
import { startDrafts } from "./drafts";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startMenus } from "./menus";
import { startPalette } from "./palette";
import { startTheme } from "./theme";

startTheme();
startPalette();
startKeys();
startMenus();
startForms();
startDrafts();
startBoard();
