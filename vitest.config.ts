import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    pool: 'threads',
    // Much of the suite waits for servers, so two cores take three files at a time.
    maxWorkers: 3,
  },
})
