// Makes a film of a script with the Studio API.
//
//   export FILMLOOM_API_KEY=flm_live_…
//   npm ci && npm run build
//   npm start -- "The lighthouse" "Every evening the old keeper lit the lamp, and nobody came."
//
// FILMLOOM_URL names another server than http://localhost:8080. The types beside it are written by ../../generate.
import createClient from 'openapi-fetch'
import type { components, paths } from './studio.gen.js'

const [title, script] = process.argv.slice(2)
const key = process.env.FILMLOOM_API_KEY
if (!title || !script || !key) {
  console.error('usage: FILMLOOM_API_KEY=… npm start -- TITLE SCRIPT')
  process.exit(2)
}

const studio = createClient<paths>({
  baseUrl: `${process.env.FILMLOOM_URL ?? 'http://localhost:8080'}/api/v1`,
  headers: { Authorization: `Bearer ${key}` },
})

type Failure = components['schemas']['Failure']

// got gives what was asked for, or fails with what the server says.
function got<T>(answer: { data?: T; error?: Failure }): T {
  if (answer.data === undefined) throw new Error(answer.error?.error.message ?? 'the server does not answer as it should')
  return answer.data
}

async function film(title: string, script: string): Promise<string> {
  const project = got(await studio.POST('/projects', { body: { title, script } }))
  const started = got(await studio.POST('/projects/{project_id}/generate', {
    params: { path: { project_id: project.project_id } },
    body: {},
  }))
  console.error(`job ${started.job_id} takes about ${started.estimated_time}`)
  for (;;) {
    const job = got(await studio.GET('/jobs/{job_id}', {
      params: { path: { job_id: started.job_id }, header: { Prefer: 'wait=30' } },
    }))
    if (job.output_url) return job.output_url
    if (job.error) throw new Error(`the film could not be made: ${job.error.message}`)
    if (job.status === 'cancelled') throw new Error('the job was cancelled')
    console.error(`${job.progress} %  ${job.current_step ?? job.status}`)
  }
}

film(title, script).then(
  (url) => console.log(url),
  (e: Error) => {
    console.error(e.message)
    process.exitCode = 1
  },
)
