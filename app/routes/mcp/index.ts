import type { Config } from '../../config.ts'
import type { Surface } from '../../http/surface.ts'
import type { InProcess } from '../../http/within.ts'
import type { ApiDocument } from './api-document.ts'
import { mcpEndpoints } from './mcp.ts'
import { type ToolBook, toolBook } from './tools.ts'
import { mcpVoice } from './voice.ts'

interface McpSurfaceOptions {
  config: Config
  /** The whole app, for what tools ask of it. */
  app: InProcess
  /** The OpenAPI document of everything, as text. */
  document(): string
}

/** The API as tools by the Model Context Protocol. Empty where that is switched off. */
export function mcpSurface({ config, app, document }: McpSurfaceOptions): Surface {
  let book: ToolBook | undefined
  const bookOnce = () => {
    book ??= toolBook(JSON.parse(document()) as ApiDocument, config)
    return book
  }
  return {
    name: 'mcp',
    prefixes: config.MCP ? ['/mcp'] : [],
    voice: mcpVoice,
    uncounted: true,
    endpoints: config.MCP ? mcpEndpoints({ app, book: bookOnce }) : [],
  }
}
