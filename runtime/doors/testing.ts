/** Door `affinity-data/testing`: a project on the real embedded runtime, inside a test. */
export { type App, type OpenAppOptions, openApp } from "../testing/app.js";
export { MovableClock } from "../testing/movable-clock.js";
