// Runs the one notebook that spec_lab's launcher opened, once for each kernel. Written by hand in the form of a prebuilt
// JupyterLab extension (a federated module without dependencies), so that nothing needs building. Loaded only by the launcher
// (--LabApp.extra_labextensions_path); which notebook, the server says in the page's configuration (server.py). No other
// notebook is ever run, whatever its metadata says.
(() => {
  const page = () => JSON.parse(document.getElementById("jupyter-config-data").textContent);

  const until = (test) =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        const found = test();
        if (found) {
          clearInterval(timer);
          resolve(found);
        }
      }, 50);
    });

  const panelOf = (app, path) =>
    [...app.shell.widgets("main")].find((w) => w.context && w.context.path === path && w.sessionContext);

  async function autorun(app) {
    const path = page().specLabAutorun;
    if (!path) return;
    await app.restored;
    const panel = await until(() => panelOf(app, path));
    await panel.context.ready;
    // running before the kernel is there would open the "Select Kernel" dialog
    await panel.sessionContext.ready;
    const kernel = await until(() => {
      const k = panel.sessionContext.session && panel.sessionContext.session.kernel;
      return k && k.status === "idle" ? k : null;
    });
    // a reloaded page finds the kernel with its Lab alive: running again would reset what the person did
    const once = `spec-lab-autorun:${kernel.id}`;
    if (window.localStorage.getItem(once)) return;
    window.localStorage.setItem(once, "1");
    app.shell.activateById(panel.id);
    await app.commands.execute("notebook:run-all-cells");
  }

  const plugin = {
    id: "spec-lab-autorun:plugin",
    autoStart: true,
    activate: (app) => {
      autorun(app).catch((error) => console.error("spec-lab-autorun", error));
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["spec-lab-autorun"] = {
    init() {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
