// The host page: the real bundle on what Python really said. Query: scene=start|edited|fitted|lesson, plays=freeze 1,link (what can
// be clicked, see tests/widgets/make_golden_views.py), silent, theme=dark, panels=params,fit, height=300, width=700. `window.model` is there for whoever
// drives the page.
import lab from "../src/index";
import { RecordedModel } from "./recorded";

const query = new URLSearchParams(location.search);
const list = (name: string) => query.get(name)?.split(",") ?? [];
const traits = { panels: list("panels"), height: Number(query.get("height") ?? 0) };
const model = new RecordedModel(traits, { scene: query.get("scene") ?? "fitted", plays: list("plays"), silent: query.has("silent") });

document.body.dataset.jpThemeLight = query.get("theme") === "dark" ? "false" : "true";
const el = document.getElementById("host")!;
el.style.maxWidth = query.get("width") ? `${query.get("width")}px` : "";
lab.initialize({ model });
const cleanup = lab.render({ model, el });
Object.assign(globalThis, { model, cleanup });
