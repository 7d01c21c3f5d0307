// The border in types: every message of widgets/PROTOCOL.md, and nothing else. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

export * from "./fit_forms";
export * from "./view_model";
export * from "./messages";
export * from "./commands";
