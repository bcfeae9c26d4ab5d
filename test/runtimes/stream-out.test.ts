import { nodeStreamOut } from '../../runtimes/node-stream-out.ts'
import { webStreamOut } from '../../runtimes/web-stream-out.ts'
import { streamOutContract } from './stream-out-contract.ts'

streamOutContract('the Node response', nodeStreamOut)
streamOutContract('a ReadableStream', webStreamOut)
