/** Set by the build: the version that events are reported under. */
declare const RELEASE: string;

/** Set by the build: the path of the built `parts/drawing.js`. */
declare const DRAWING: string;

/** The first screen's data on its way, from `first.js`; null when the start has taken it, or was there before. */
declare var binnacleFirst: Promise<import('./wire').Bootstrap> | null | undefined;
