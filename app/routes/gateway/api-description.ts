import type { OpenAPIHono } from '@hono/zod-openapi'
import type { HttpEnv } from '../../http/context.ts'
import { ABOUT } from '../about-us.ts'

/** The OpenAPI 3.1 document of everything that is mounted. Call it when all is. */
export function describeApi(app: OpenAPIHono<HttpEnv>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The API key, as OpenAI clients send it.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'The API key, as Anthropic clients send it.',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Outcrop',
      version: ABOUT.version,
      description: ABOUT.description,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'The server this document comes from.' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: [
      { name: 'Chat', description: 'Conversations with a model.' },
      { name: 'Responses', description: 'Answers that may be kept, resumed and gone on from.' },
      { name: 'Conversations', description: 'What responses have in common.' },
      { name: 'Completions', description: 'Prompts and what follows them.' },
      { name: 'Embeddings', description: 'Texts and media as vectors, and documents in order.' },
      { name: 'Images', description: 'Pictures of words, and of other pictures.' },
      {
        name: 'Audio',
        description: 'Texts that are spoken, and recordings that are written down.',
      },
      { name: 'Models', description: 'Which models there are and what they can do.' },
      { name: 'Files', description: 'Files, kept once and named by their ids.' },
      { name: 'Knowledge bases', description: 'Documents that can be asked.' },
      { name: 'Anthropic', description: "What Anthropic's clients call." },
      { name: 'Bedrock', description: "What AWS's clients call." },
      { name: 'MCP', description: 'The API as tools, for agents.' },
      { name: 'Admin', description: 'Keys, for those who manage them.' },
      { name: 'Usage', description: 'What was used, and what it cost.' },
      { name: 'Gateway', description: 'The server itself.' },
    ],
  })
}
