// What `npm ci` runs when everything is installed: bundles the server, and starts it once for each of its providers, so that
// the first real start finds what Node compiled. Where the tools of developers are left out, the server starts from its
// sources instead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Those of `npm start`: what Node compiled under others it compiles anew. */
const FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32']

/** Answers itself, and loads no more for `/ping`. */
const EMBEDDED = { PROVIDER: 'embedded' }
/** Goes out to a port where nobody listens: what it takes to go there is loaded all the same. */
const AWS = {
  PROVIDER: 'aws',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
}
const CHAT = {
  method: 'POST',
  body: JSON.stringify({
    model: 'amazon.nova-lite-v1:0',
    messages: [{ role: 'user', content: '?' }],
  }),
}

try {
  const { bundleServer } = await import('./bundle-server.ts')
  await bundleServer(join(root, 'dist', 'server'))
  await startOnce(EMBEDDED, '/ping')
  await startOnce(AWS, '/v1/chat/completions', CHAT)
} catch (thrown) {
  console.log(`The server was not bundled and will start from its sources: ${thrown.message}`)
}

async function startOnce(env, path, request) {
  const server = spawn(process.execPath, [...FLAGS, 'runtimes/start-node.js'], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', STATE_DIR: 'memory', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  })
  const exited = once(server, 'exit')
  server.stdout.once('data', async (banner) => {
    await fetch(new URL(path, /http:\S+/.exec(banner)[0]), request).catch(() => {})
    server.kill('SIGTERM')
  })
  await exited
}
