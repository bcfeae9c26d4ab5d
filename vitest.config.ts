import { defineConfig } from 'vitest/config'

/** Tests that replace a module, the environment or the console for the whole worker. */
const APART = [
  'test/faults/stores.test.ts',
  'test/http/canary.test.ts',
  'test/runtimes/credential-sources.test.ts',
  'test/runtimes/credentials.test.ts',
]

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    // Only what hangs comes to these ends; a machine with much else to do is no fault of ours.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    pool: 'threads',
    // Much of the suite waits for servers, so two cores take three files at a time.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      // The house has no module state, so files share a worker, its modules and its warm code.
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: APART, isolate: false },
      },
    ],
  },
})
