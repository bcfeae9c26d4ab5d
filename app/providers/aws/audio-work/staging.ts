import type { AudioStaging } from '../../../ports/audio-staging.ts'
import type { AudioFolders } from './folders.ts'

const FILE = 'audio'

/** Lays recordings where Transcribe can read them, in the bucket of the region that will. */
export function createAudioStaging(folders: AudioFolders, region: string): AudioStaging {
  return {
    async stage(audio, labels) {
      const folder = await folders.open(region)
      try {
        const size = await folder.write(FILE, audio, labels)
        return {
          size,
          lies: { address: folder.address(FILE), region },
          async open() {
            const stream = await folder.read(FILE)
            if (!stream) throw new Error('The recording is gone.')
            return stream as ReadableStream<Uint8Array<ArrayBuffer>>
          },
          async discard() {
            if (!folder.taken) await folder.close()
          },
        }
      } catch (thrown) {
        await folder.close()
        throw thrown
      }
    },
  }
}
