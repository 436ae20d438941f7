import "uplot/dist/uPlot.min.css";
import "./style/page.css";
import { render } from "preact";
import { Page } from "./page.tsx";
import { followAddress } from "./state/choices.ts";
import { followFigures } from "./state/figures.ts";

followAddress();
followFigures();
const place = document.getElementById("page");
if (place) render(<Page />, place);
