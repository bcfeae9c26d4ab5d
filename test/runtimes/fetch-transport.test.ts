import { createFetchTransport } from '../../runtimes/fetch-transport.ts'
import { transportContract } from './transport-contract.ts'

transportContract('fetch', () => createFetchTransport())
