/** Set by the build: the version that events are reported under. */
declare const RELEASE: string;
