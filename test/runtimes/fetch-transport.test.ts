import { createFetchTransport } from '../../runtimes/calling/fetch-transport.ts'
import { transportContract } from './transport-contract.ts'

transportContract('fetch', () => createFetchTransport())
