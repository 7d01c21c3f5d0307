// The host page: the real bundle on a fake model, or on what Python really said (golden=fitted). Query: theme=dark, panels=params,fit, state=empty|silent|failed|
// running|messages, width=700. `window.model` is there for whoever drives the page.
import lab from "../src/index";
import { HISTORY, OTHERS } from "./catalog";
import { GoldenModel, SCENES } from "./golden";
import { FakeModel } from "./model";

const query = new URLSearchParams(location.search);
const traits = { panels: query.get("panels")?.split(",") ?? [], height: Number(query.get("height") ?? 0) };
const scene = SCENES[query.get("golden") ?? ""];
const model = scene ? new GoldenModel(scene, traits) : new FakeModel(traits);
const { kernel } = model;
const state = query.get("state");

document.body.dataset.jpThemeLight = query.get("theme") === "dark" ? "false" : "true";
if (state !== "empty") {
  kernel.others = OTHERS;
  kernel.history = HISTORY;
  kernel.journal = ['infer = Infer(load("grb"))', "infer.par[6].frozen = True", 'infer.notice("n6", [[8.2, 33], [40, 905]])', 'infer.par[3].prior = norm(-1, 0.5)'].map((code) => ({ code, undone: false }));
}
if (state === "empty") Object.assign(kernel, { now: { rows: [], notice: {} }, units: [] });
if (state === "silent") kernel.silent = true;
if (state === "failed") kernel.fit = { state: "failed", engine: "nuts", progress: 0.4, message: "The chains did not start.", elapsed: 3.2, eta: null, draft: false, error: { message: "Every starting point has a log-probability of −∞.", hint: "Move the values inside their priors, or widen the priors." } };
if (state === "running") kernel.fit = { state: "running", engine: "nuts", progress: 0.61, message: "draw 1220 of 2000, R̂ 1.02, 0 divergences", elapsed: 18.4, eta: 12, draft: true, error: null };
if (state === "messages") kernel.messages = [{ id: 1, level: "warning", text: "b1 has 3 groups with fewer than 5 counts: pgstat is right for them, chi2 would not be." }, { id: 2, level: "info", text: "The response of n6 was found beside the spectrum." }];
if (state === "links") kernel.now.rows = kernel.now.rows.map((r) => ({ ...r,
  ...(r.pid === 1 ? { link: 1 } : r.pid === 7 ? { link: 1, linked_to: 1, free: false, error: "" } : r.pid === 4 ? { at_bound: "high" as const, value: 300, text: "300" } : r.pid === 5 ? { tie: "2*par[3]+0.5", free: false, error: "" } : r.pid === 2 ? { frozen: true, free: false, error: "" } : {}) }));

const el = document.getElementById("host")!;
el.style.maxWidth = query.get("width") ? `${query.get("width")}px` : "";
lab.initialize({ model });
const cleanup = lab.render({ model, el });
Object.assign(globalThis, { model, cleanup });
