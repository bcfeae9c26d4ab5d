import { readFileSync, writeFileSync } from 'node:fs'
import { environment, readConfig } from '../app/config.ts'

const PATH = new URL('../docs/configuration.md', import.meta.url)

const HEAD = `# Configuration

Every environment variable Outcrop reads, beside those by which the AWS SDKs find credentials (\`AWS_CONFIG_FILE\`,
\`AWS_WEB_IDENTITY_TOKEN_FILE\`, ...) and, on Node, \`HTTP_PROXY\`, \`HTTPS_PROXY\` and \`NO_PROXY\`, by which all calls go but
streamed transcription and what callers' URLs lead to.
A value it cannot use stops the start with a sentence that names the variable. Times are seconds, sizes bytes; what is on or
off is said by \`true\`, \`1\`, \`yes\`, \`on\` and their opposites; lists are comma separated, or JSON. An empty variable counts as
absent, and blanks around a value do not count. Written by \`npm run openapi\` from \`app/config.ts\`.

| variable | default | what it does |
|---|---|---|
`

/** The reference as Markdown, in the order of the schema. */
function describe(): string {
  const defaults: Record<string, unknown> = readConfig({})
  const rows = Object.entries(environment.shape).map(([name, schema]) => {
    const meaning = (schema.description ?? '').replaceAll('|', '\\|')
    return `| \`${name}\` | ${shown(defaults[name])} | ${meaning} |\n`
  })
  return HEAD + rows.join('')
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.length > 0 ? `\`${value.join(',')}\`` : ''
  return typeof value === 'object' ? `\`${JSON.stringify(value)}\`` : `\`${value}\``
}

const fresh = describe()
if (!process.argv.includes('--check')) {
  writeFileSync(PATH, fresh)
} else if (readFileSync(PATH, 'utf8') !== fresh) {
  console.error('docs/configuration.md is stale: run `npm run openapi`.')
  process.exitCode = 1
}
