import type { Config } from '../../config.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import type { Endpoint, Surface } from '../../http/surface.ts'
import { address, hello } from './address.ts'
import { countMessageTokens } from './count-tokens.ts'
import {
  deleteAnthropicFile,
  getAnthropicFile,
  getAnthropicFileContent,
  listAnthropicFiles,
} from './files.ts'
import { createMessage } from './messages.ts'
import { getModel, getModels } from './models.ts'
import type { Place } from './place.ts'
import { uploadFile } from './upload-file.ts'
import { VERSION_HEADER } from './version-headers.ts'

/** Anthropic's API: below its prefix, and at the root beside OpenAI's. */
export function anthropicSurface({ ANTHROPIC_ROUTES_PREFIX: prefix }: Config): Surface {
  const below: Place = { prefix, name: (operation) => `anthropic_${operation}` }
  const root: Place = { prefix: '', name: (operation) => `anthropic_root_${operation}` }
  return {
    name: 'anthropic',
    prefixes: [`${prefix}/`, '/v1/messages', '/api/hello'],
    claim: { header: VERSION_HEADER, paths: ['/v1/models', '/v1/files'], below: prefix },
    voice: anthropicMessages.server,
    endpoints: [
      ...[below, root].flatMap((place) => [
        createMessage(place),
        countMessageTokens(place),
        hello(place),
      ]),
      address(below),
      getModels(below),
      getModel(below),
      ...FILES.map((endpoint) => movedBelow(prefix, endpoint)),
    ],
  }
}

const FILES = [
  uploadFile,
  listAnthropicFiles,
  getAnthropicFile,
  getAnthropicFileContent,
  deleteAnthropicFile,
]

/** Where the default prefix stands, that of the configuration. */
function movedBelow(prefix: string, { contract, route, handler }: Endpoint): Endpoint {
  const moved = (path: string) => path.replace(/^\/anthropic(?=\/)/, prefix)
  return {
    contract: { ...contract, path: moved(contract.path) },
    route: { ...route, path: moved(route.path) },
    handler,
  }
}
