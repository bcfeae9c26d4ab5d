import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { REVISIONS } from '../../../app/routes/mcp/server-card.ts'
import { accessStage } from '../../http/access-stage.ts'

const KEY = 'sk-of-the-only-caller'
const ISSUER = { JWT_ISSUER: 'https://login.test/', JWT_AUDIENCE: 'outcrop' }
const at = { headers: { host: 'api.test:8443' } }

describe('/.well-known/api-catalog', () => {
  it('links to the descriptions of what is here, without a key', async () => {
    const { headers, json } = await accessStage({ API_KEY: KEY }).call(
      '/.well-known/api-catalog',
      at,
    )
    expect(headers.get('content-type')).toBe(
      'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
    )
    const host = 'http://api.test:8443'
    expect(json).toEqual({
      linkset: [
        {
          anchor: `${host}/`,
          'service-desc': [{ href: `${host}/openapi.json`, type: 'application/json' }],
          'service-doc': [{ href: `${host}/docs`, type: 'text/html' }],
          status: [{ href: `${host}/health`, type: 'application/json' }],
        },
        {
          anchor: `${host}/mcp`,
          'service-desc': [
            { href: `${host}/mcp/server-card`, type: 'application/mcp-server-card+json' },
          ],
        },
      ],
    })
  })

  it('is named at the root', async () => {
    const { headers } = await accessStage().call('/')
    expect(headers.get('link')).toContain('</.well-known/api-catalog>; rel="api-catalog"')
  })
})

describe('the server card', () => {
  it.each(['/mcp/server-card', '/.well-known/mcp/server-card.json'])(
    'stands at %s',
    async (path) => {
      const { headers, json } = await accessStage({ API_KEY: KEY }).call(path, at)
      expect(headers.get('content-type')).toBe('application/mcp-server-card+json')
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(json).toMatchObject({
        $schema: 'https://static.modelcontextprotocol.io/schemas/v2/server-card.schema.json',
        name: expect.stringMatching(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
        version: expect.any(String),
        description: expect.stringMatching(/^.{1,100}$/),
        remotes: [
          {
            type: 'streamable-http',
            url: 'http://api.test:8443/mcp',
            headers: [{ name: 'Authorization', isRequired: true, isSecret: true }],
            supportedProtocolVersions: REVISIONS,
          },
        ],
      })
    },
  )

  it('names the revisions the SDK speaks', () => {
    // Of the newest, which has no handshake, the SDK's list does not tell.
    expect(REVISIONS).toEqual(['2026-07-28', ...SUPPORTED_PROTOCOL_VERSIONS])
  })
})

describe('/.well-known/oauth-protected-resource', () => {
  const PATH = '/.well-known/oauth-protected-resource'

  it('tells where tokens come from, for the server and for its tools', async () => {
    const { call } = accessStage({ ...ISSUER, JWT_REQUIRED_SCOPES: 'chat,files' })
    const told = {
      resource: 'http://api.test:8443',
      resource_name: 'Outcrop',
      authorization_servers: ['https://login.test/'],
      scopes_supported: ['chat', 'files'],
      bearer_methods_supported: ['header'],
    }
    expect((await call(PATH, at)).json).toEqual(told)
    const ofTools = { ...told, resource: 'http://api.test:8443/mcp' }
    expect((await call(`${PATH}/mcp`, at)).json).toEqual(ofTools)
  })

  it('is what 401 leads to', async () => {
    const challenge = async (path: string) => {
      const { status, headers } = await accessStage(ISSUER).call(path, { ...at, body: {} })
      return [status, headers.get('www-authenticate')]
    }
    const expected = [
      401,
      `Bearer realm="outcrop", resource_metadata="http://api.test:8443${PATH}"`,
    ]
    expect(await challenge('/mcp')).toEqual(expected)
    expect(await challenge('/v1/chat/completions')).toEqual(expected)
  })

  it('tells what the operator says', async () => {
    const { call } = accessStage({
      AWS_COGNITO_USER_POOL_ID: 'eu-west-1_abc',
      AWS_COGNITO_CLIENT_IDS: 'client',
      OAUTH_RESOURCE_IDENTIFIER: 'https://gateway.example.com',
      OAUTH_AUTHORIZATION_SERVERS: 'https://auth.example.com',
      OAUTH_SCOPES_SUPPORTED: 'outcrop/use',
    })
    expect((await call(`${PATH}/mcp`)).json).toMatchObject({
      resource: 'https://gateway.example.com',
      authorization_servers: ['https://auth.example.com'],
      scopes_supported: ['outcrop/use'],
    })
  })

  it('is not there where no tokens are taken', async () => {
    expect((await accessStage({ API_KEY: KEY }).call(PATH)).status).toBe(404)
  })
})
