using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class ClaimTaskHandler(UnitOfWork work) : IRequestHandler<ClaimTask, Result<TaskView>>
{
    public async Task<Result<TaskView>> Handle(ClaimTask request, CancellationToken ct)
    {
        if (await TaskTable.Lock(await work.Connection(ct), request.Id, ct) is not { } task)
        {
            return TaskRefusals.Unknown();
        }

        if (!task.IsFor(work.Caller))
        {
            return TaskRefusals.NotForYou();
        }

        if (!task.IsOpen)
        {
            return TaskRefusals.Done();
        }

        if (task.ClaimedBy is { } holder)
        {
            return holder == work.Caller.Actor ? task.ToView() : TaskRefusals.Taken();
        }

        (task.Status, task.ClaimedBy) = (HumanTaskStatus.Claimed, work.Caller.Actor);
        work.Raise(task, task.Change(work.Now));
        work.Write(new TaskChangeRow(task));
        return task.ToView();
    }
}
