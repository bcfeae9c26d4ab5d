import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import dynalite from 'dynalite'
import { readConfig } from '../../app/config.ts'
import { createDynamo, type DynamoOptions } from '../../app/providers/aws/dynamodb/call.ts'
import { createStateTable } from '../../app/providers/aws/dynamodb/create-table.ts'
import { createFetchTransport } from '../../runtimes/calling/fetch-transport.ts'
import { createDigest } from '../../runtimes/digest.ts'

/** A DynamoDB on this machine, over HTTP. */
export interface FakeDynamo {
  url: string
  close(): void
}

export async function openDynamo(): Promise<FakeDynamo> {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => server.close() }
}

/** The variables by which a server finds its table there. */
export const dynamoEnv = (url: string, table: string) => ({
  AWS_DYNAMODB_TABLE: table,
  AWS_ENDPOINT_URL_DYNAMODB: url,
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example-secret',
})

export function dynamoOptions(env: Record<string, string>): DynamoOptions {
  const runtime = { env, transport: createFetchTransport(), digest: createDigest() }
  return { config: readConfig(env), runtime }
}

/** Makes a table and tells how to reach it. */
export async function openTable(url: string, table: string) {
  const env = dynamoEnv(url, table)
  const options = dynamoOptions(env)
  await createStateTable(createDynamo(options), table)
  return { env, options }
}
