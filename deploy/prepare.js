// What `npm ci` runs when everything is installed: bundles the server, and starts it once, so that the first real start
// finds what Node compiled. Where the tools of developers are left out, the server starts from its sources instead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Those of `npm start`: what Node compiled under others it compiles anew. */
const FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32']

try {
  const { bundleServer } = await import('./bundle-server.ts')
  await bundleServer(join(root, 'dist', 'server'))
  await startOnce()
} catch (thrown) {
  console.log(`The server was not bundled and will start from its sources: ${thrown.message}`)
}

async function startOnce() {
  const server = spawn(process.execPath, [...FLAGS, 'runtimes/start-node.js'], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', PROVIDER: 'embedded', STATE_DIR: 'memory' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  })
  const exited = once(server, 'exit')
  server.stdout.once('data', async (banner) => {
    // Any path but that of chat, for which everything has to be loaded.
    await fetch(new URL('/ping', /http:\S+/.exec(banner)[0])).catch(() => {})
    server.kill('SIGTERM')
  })
  await exited
}
