// Runs a load in a process of its own: gets the job from its parent, says when it is prepared, begins when told to.
import { Load, type LoadJob } from './load.js';

process.once('message', (job: LoadJob) => {
  const load = new Load(job);
  process.once('message', () => {
    load.run().then(
      (result) => process.send!({ result }, () => process.disconnect()),
      (error: Error) => process.send!({ error: error.stack }, () => process.disconnect()),
    );
  });
  process.send!({ prepared: true });
});
