using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class ListTasksValidator : AbstractValidator<ListTasks>
{
    public ListTasksValidator()
    {
        RuleFor(r => r.Status).Must(s => s is null || ListTasksHandler.StatusOf(s) is not null).WithErrorCode("workflows.task-status").WithMessage("open, claimed, completed or cancelled.");
        RuleFor(r => r.Sort).Must(s => s is null or "opened" or "due").WithErrorCode("workflows.task-sort").WithMessage("opened or due.");
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("workflows.task-limit");
    }
}

internal sealed class ListTasksHandler(UnitOfWork work) : IRequestHandler<ListTasks, Result<IReadOnlyList<TaskView>>>
{
    public async Task<Result<IReadOnlyList<TaskView>>> Handle(ListTasks request, CancellationToken ct)
    {
        var tasks = await TaskTable.List(work, await work.Connection(ct), request, StatusOf(request.Status), ct);
        return tasks.ConvertAll(t => t.ToView());
    }

    internal static short? StatusOf(string? word) => word switch
    {
        "open" => (short)HumanTaskStatus.Open,
        "claimed" => (short)HumanTaskStatus.Claimed,
        "completed" => (short)HumanTaskStatus.Completed,
        "cancelled" => (short)HumanTaskStatus.Cancelled,
        _ => null,
    };
}

internal sealed class GetTaskHandler(UnitOfWork work) : IRequestHandler<GetTask, Result<TaskView>>
{
    public async Task<Result<TaskView>> Handle(GetTask request, CancellationToken ct) =>
        await TaskTable.Find(await work.Connection(ct), request.Id, ct) is { } task ? task.ToView() : TaskRefusals.Unknown();
}

/// <summary>What stands against doing a task.</summary>
internal static class TaskRefusals
{
    public static Refusal Unknown() => Refusal.NotFound("workflows.unknown-task", "There is no such task.");

    public static Refusal Done() => Refusal.Conflict("workflows.task-done", "The task was answered or is not needed any more; look at it again.");

    public static Refusal Taken() => Refusal.Conflict("workflows.task-taken", "Somebody else has taken this task.");

    public static Refusal NotForYou() => Refusal.Rule("workflows.not-a-candidate", "This task is for other roles; leave it to one of its candidates.");
}
