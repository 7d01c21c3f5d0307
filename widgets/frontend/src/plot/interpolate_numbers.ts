// What d3-scale takes of d3-interpolate, for scales between numbers: the build puts this in its place, so that colours, dates and
// strings, which no scale here maps, stay out of the bundle.
// UI state: none.
export const interpolateNumber = (a: number, b: number) => (t: number): number => a * (1 - t) + b * t;
export const interpolate = interpolateNumber;
export const interpolateRound = (a: number, b: number) => (t: number): number => Math.round(interpolateNumber(a, b)(t));
export const piecewise = (): never => { throw new TypeError("scales of several pieces are not built in"); };
