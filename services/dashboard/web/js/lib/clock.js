/** The time as the page shows it: one ticking signal for all relative times, still while nobody looks. */

import { signal } from '@preact/signals';

const TICK_MS = 5000;

export const now = signal(Date.now());

export function startClock() {
  const tick = () => {
    if (document.visibilityState === 'visible') now.value = Date.now();
  };
  setInterval(tick, TICK_MS);
  document.addEventListener('visibilitychange', tick);
}
