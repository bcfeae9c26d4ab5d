import { readFileSync, writeFileSync } from 'node:fs'
import { readConfig } from '../app/config.ts'
import type { ApiDocument } from '../app/routes/mcp/api-document.ts'
import { toolBook } from '../app/routes/mcp/tools.ts'

const PATH = new URL('../docs/mcp-tools.md', import.meta.url)
const DOCUMENT = new URL('openapi.json', import.meta.url)

const HEAD = `# MCP tools

Every operation of the API as a tool, by the name that \`MCP_TOOLS_INCLUDE\` and \`MCP_TOOLS_EXCLUDE\` know. Written by
\`npm run openapi\` from \`openapi/openapi.json\`. How they are used: [mcp.md](mcp.md).

| tool | operation | | what it does |
|---|---|---|---|
`

const WITHOUT = `
## Operations that are no tools

| operation | | why |
|---|---|---|
`

function describe(): string {
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as ApiDocument
  const { tools, without } = toolBook(document, readConfig({}))
  const rows = tools.map(
    ({ name, operationId, method, path, title }) =>
      `| \`${name}\` | \`${operationId}\` | ${method} \`${path}\` | ${title} |\n`,
  )
  const others = without.map(
    ({ operationId, method, path, reason }) =>
      `| \`${operationId}\` | ${method} \`${path}\` | ${reason} |\n`,
  )
  return HEAD + rows.join('') + WITHOUT + others.join('')
}

const fresh = describe()
if (!process.argv.includes('--check')) {
  writeFileSync(PATH, fresh)
} else if (readFileSync(PATH, 'utf8') !== fresh) {
  console.error('docs/mcp-tools.md is stale: run `npm run openapi`.')
  process.exitCode = 1
}
