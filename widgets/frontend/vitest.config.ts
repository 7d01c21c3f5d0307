// Tests run in happy-dom: a document without a browser. Canvases are asserted through recorded calls, never pixels.
import { defineConfig } from "vitest/config";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"], testTimeout: 20000 },
});
