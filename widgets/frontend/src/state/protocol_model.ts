// The part of the border that is about models: which there are, what they are made of, how they are shown, what may be missing.
// UI state: none.

/** A pair's model. */
export interface ModelInfo {
  pair: number;
  data: string;
  expression: string;
}

export interface ComponentInfo {
  name: string;
  kind: "add" | "mul" | "math" | "conv";
  family: string;
  what: string;
  aliases: string[];
}

/** An unfolded spectrum: counts × `unfold` × scale × E^power. */
export interface SpectrumStyle {
  name: string;
  label: string;
  ylabel: string;
  power: number;
  scale: number;
}

/** Where the residuals of a best fit run to one side. */
export interface Hint {
  text: string;
  title: string;
  unit: string;
  lo: number;
  hi: number;
  excess: number;
  /** Whether a line may be added there. */
  line: boolean;
}
