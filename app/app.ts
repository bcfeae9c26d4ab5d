import type { OpenAPIHono } from '@hono/zod-openapi'
import type { HttpEnv } from './http/context.ts'
import { createHttp } from './http/create-http.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Services } from './ports/services.ts'
import { adminSurface } from './routes/admin/index.ts'
import { anthropicSurface } from './routes/anthropic/index.ts'
import { bedrockSurface } from './routes/bedrock/index.ts'
import { cohereSurface } from './routes/cohere/index.ts'
import { describeApi } from './routes/gateway/api-description.ts'
import { gatewaySurface } from './routes/gateway/index.ts'
import { knowledgeBaseSurface } from './routes/knowledge-bases/index.ts'
import { discoverySurface } from './routes/mcp/discovery.ts'
import { mcpSurface } from './routes/mcp/index.ts'
import { openaiSurface } from './routes/openai/index.ts'
import { usageSurface } from './routes/usage/index.ts'
import { type AppOptions, createHouse, type House } from './services.ts'

export type App = OpenAPIHono<HttpEnv> & Omit<House, 'services'>

/**
 * The one door. Throws an `Error` with a sentence for the operator when the environment holds a value
 * that cannot be used, or would let strangers in.
 */
export function createApp(runtime: Runtime, options: AppOptions = {}): App {
  const { services, ...house } = createHouse(runtime, options)
  return Object.assign(createRoutes(services), house)
}

/** All routes. */
export function createRoutes(services: Services): OpenAPIHono<HttpEnv> {
  const { config } = services
  const openai = openaiSurface(config)
  return createHttp(services, (all) => {
    const document = once(() => JSON.stringify(describeApi(all)))
    return [
      adminSurface(openai.voice),
      anthropicSurface(config),
      bedrockSurface,
      usageSurface(openai.voice),
      openai,
      knowledgeBaseSurface(openai.voice),
      cohereSurface,
      mcpSurface({ config, document, app: (request, env) => all.fetch(request, env) }),
      discoverySurface(openai.voice, config),
      gatewaySurface(openai.voice, document, config),
    ]
  })
}

/** Asks when first needed, and keeps the answer. */
function once(ask: () => string): () => string {
  let answer: string | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}
