/**
 * Unix milliseconds with thousandths. The fine clock stands still while a machine sleeps or a function is frozen, and
 * does not follow when the clock is set, so whole seconds that it is off are added: https://github.com/open-telemetry/opentelemetry-js/pull/3434
 */
export function exactNow(): number {
  const fine = performance.timeOrigin + performance.now()
  return fine + Math.round((Date.now() - fine) / 1000) * 1000
}
