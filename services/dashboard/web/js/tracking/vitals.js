/** Web vitals of this page load. */

import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import { trackVital } from '../tracking.js';

export function watchVitals() {
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(({ name, value }) => trackVital(name, value));
}
