import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A gateway to measure: how it is started, and what its callers must send. */
export interface Target {
  name: string
  command: string[]
  /** Where it runs; the repository when absent. */
  directory?: string
  /** `$PORT` and `$UPSTREAM` (an origin) are filled in. */
  env?: Record<string, string>
  headers?: Record<string, string>
}

export const REPOSITORY = dirname(import.meta.dirname)

const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** What `npm start` tells Node about memory. */
export const NODE_FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32']

/** The checkout that is measured; another one than this, to compare two states of the code. */
const checkout = process.env['BENCH_OUTCROP'] ?? REPOSITORY

// Auth, validation, SigV4, the access log and usage metering are on: what the goals are stated for.
const OUTCROP = {
  directory: checkout,
  env: {
    PORT: '$PORT',
    HOST: '127.0.0.1',
    PROVIDER: 'aws',
    API_KEY: 'bench-key',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: '$UPSTREAM',
    ...KEYS,
  },
  headers: { authorization: 'Bearer bench-key' },
}

const OWN: Target[] = [
  {
    name: 'raw-node-proxy',
    command: [process.execPath, 'bench/targets/raw-node-proxy.ts'],
    env: { PORT: '$PORT', UPSTREAM: '$UPSTREAM' },
  },
  {
    name: 'outcrop-node',
    command: [process.execPath, ...NODE_FLAGS, 'runtimes/start-node.js'],
    ...OUTCROP,
  },
  { name: 'outcrop-bun', command: ['bun', 'runtimes/bun.ts'], ...OUTCROP },
]

/**
 * Portkey's gateway, when it is installed: in the folder `BENCH_PORTKEY` (the one that holds its
 * `node_modules`), or where this repository would find it.
 */
function portkey(): Target | undefined {
  const folder = process.env['BENCH_PORTKEY'] ?? REPOSITORY
  const require = createRequire(join(folder, 'package.json'))
  let manifest: string
  try {
    manifest = require.resolve('@portkey-ai/gateway/package.json')
  } catch {
    return undefined
  }
  return {
    name: 'portkey',
    command: [
      process.execPath,
      join(dirname(manifest), 'build/start-server.js'),
      '--port=$PORT',
      '--headless',
    ],
    env: { NODE_ENV: 'production' },
    headers: {
      'x-portkey-provider': 'bedrock',
      'x-portkey-custom-host': '$UPSTREAM',
      'x-portkey-aws-access-key-id': KEYS.AWS_ACCESS_KEY_ID,
      'x-portkey-aws-secret-access-key': KEYS.AWS_SECRET_ACCESS_KEY,
      'x-portkey-aws-region': 'us-east-1',
    },
  }
}

/** Every target that can run here; `file` adds more, a JSON list of `Target`. */
export function findTargets(file?: string): Target[] {
  const peer = portkey()
  const more: Target[] = file ? JSON.parse(readFileSync(file, 'utf8')) : []
  const runnable = OWN.filter(({ directory = REPOSITORY, command }) =>
    existsSync(join(directory, command.at(-1) ?? '')),
  )
  return [...runnable, ...(peer ? [peer] : []), ...more]
}

/** The target with its placeholders filled in. */
export function placed(target: Target, port: number, upstream: string) {
  const fill = (text: string) =>
    text.replaceAll('$PORT', String(port)).replaceAll('$UPSTREAM', upstream)
  const fillAll = (values: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)]))
  return {
    command: target.command.map(fill),
    env: fillAll(target.env),
    headers: fillAll(target.headers),
    directory: target.directory ?? REPOSITORY,
  }
}
