import type { Surface, Voice } from '../../http/surface.ts'
import {
  createKnowledgeBase,
  deleteKnowledgeBase,
  getKnowledgeBase,
  listKnowledgeBases,
} from './bases.ts'
import {
  createDataSource,
  deleteDataSource,
  getDataSource,
  listDataSources,
} from './data-sources.ts'
import { generateFromKnowledgeBase } from './generate.ts'
import { getKnowledgeBasesHealth } from './health.ts'
import { queryKnowledgeBase } from './query.ts'
import { getSync, listSyncs, syncDataSource } from './syncs.ts'

/** Documents that can be asked, by the paths source-3's server has for them; errors in the voice of chat. */
export const knowledgeBaseSurface = (voice: Voice): Surface => ({
  name: 'knowledge-bases',
  prefixes: ['/v1/knowledge-bases'],
  voice,
  endpoints: [
    createKnowledgeBase,
    listKnowledgeBases,
    getKnowledgeBasesHealth,
    getKnowledgeBase,
    deleteKnowledgeBase,
    queryKnowledgeBase,
    generateFromKnowledgeBase,
    createDataSource,
    listDataSources,
    getDataSource,
    deleteDataSource,
    syncDataSource,
    listSyncs,
    getSync,
  ],
})
