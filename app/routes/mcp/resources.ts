import type { ReadResourceResult, Resource } from '@modelcontextprotocol/server'

/** Answers of the API that are worth reading without a call. */
interface GatewayResource extends Resource {
  path: string
}

export const RESOURCES: readonly GatewayResource[] = [
  {
    uri: 'outcrop://models',
    path: '/search_models',
    name: 'models',
    title: 'Models',
    description: 'Every model that can be asked: what it reads and gives, and by which tools.',
    mimeType: 'application/json',
  },
  {
    uri: 'outcrop://openapi',
    path: '/openapi.json',
    name: 'openapi',
    title: 'The API',
    description: 'The OpenAPI document the tools are made of.',
    mimeType: 'application/json',
  },
]

export const listed = ({ path: _, ...resource }: GatewayResource): Resource => resource

export const contentsOf = (uri: string, text: string): ReadResourceResult => ({
  contents: [{ uri, mimeType: 'application/json', text }],
})
