import createClient from 'openapi-fetch'
import type { components, paths } from './studio.gen.js'

type Failure = components['schemas']['Failure']

// got gives what was asked for, or fails with what the server says.
function got<T>(answer: { data?: T; error?: Failure }): T {
  if (answer.data === undefined) throw new Error(answer.error?.error.message ?? 'the server does not answer as it should')
  return answer.data
}

// ofScript makes a project and its film with the Studio API, and gives the link to the film.
export async function ofScript(server: string, key: string, title: string, script: string): Promise<string> {
  const studio = createClient<paths>({ baseUrl: `${server}/api/v1`, headers: { Authorization: `Bearer ${key}` } })
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
