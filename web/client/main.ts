// What every page runs. Pages work without it: this only adds comfort.
import { startChoices } from "./choices";
import { startDrafts } from "./drafts";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startMenus } from "./menus";
import { startNote } from "./note";
import { startPalette } from "./palette";
import { startRows } from "./rows";
import { startTheme } from "./theme";

startTheme();
startChoices();
startPalette();
startKeys();
startMenus();
startForms();
startDrafts();
startNote();
startRows();
