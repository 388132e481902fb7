using System.Text.Json;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class CompleteTaskValidator : AbstractValidator<CompleteTask>
{
    private const int MostAnswer = 64 * 1024;

    public CompleteTaskValidator()
    {
        RuleFor(r => r.Outcome).Must(o => Text.HasLength(o, 200)).WithErrorCode("workflows.task-outcome").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Answer).Must(a => a is null || a.Value.GetRawText() is { Length: <= MostAnswer } text && !text.Contains("\\u0000", StringComparison.Ordinal))
            .WithErrorCode("workflows.task-answer").WithMessage("At most 64 KB, without the character U+0000.");
    }
}

internal sealed class CompleteTaskHandler(UnitOfWork work, TaskAnswers answers) : IRequestHandler<CompleteTask, Result<TaskView>>
{
    public async Task<Result<TaskView>> Handle(CompleteTask request, CancellationToken ct)
    {
        if (await TaskTable.Lock(await work.Connection(ct), request.Id, ct) is not { } task)
        {
            return TaskRefusals.Unknown();
        }

        if (HumanTask.DecidedElsewhere.Contains(task.Kind))
        {
            return Refusal.Rule("workflows.decided-elsewhere", "The answer to this is a decision of its own; decide it there, and the task is done with it.");
        }

        if (!task.IsFor(work.Caller))
        {
            return TaskRefusals.NotForYou();
        }

        if (!task.IsOpen)
        {
            return IsSame(task, request) ? task.ToView() : TaskRefusals.Done();
        }

        if (task.ClaimedBy is { } holder && holder != work.Caller.Actor)
        {
            return TaskRefusals.Taken();
        }

        if (!task.Outcomes.Contains(request.Outcome))
        {
            return Refusal.Rule("workflows.unknown-outcome", "This task has other outcomes; choose one of them.", new { outcomes = task.Outcomes });
        }

        if (TaskForm.Faults(TaskForm.Read(task.Form), request.Answer) is { Count: > 0 } faults)
        {
            return Refusal.Rule("workflows.task-form", "The answer is not what the task's form asks for; see the list of faults.", faults);
        }

        answers.Give(task, request.Outcome, request.Answer);
        return task.ToView();
    }

    private static bool IsSame(HumanTask task, CompleteTask request) =>
        task.Status is HumanTaskStatus.Completed && task.Outcome == request.Outcome
        && (task.Answer is null || request.Answer is null ? task.Answer is null && request.Answer is null : JsonElement.DeepEquals(JsonElement.Parse(task.Answer), request.Answer.Value));
}

internal sealed class SettleTasksHandler(UnitOfWork work, TaskAnswers answers) : IRequestHandler<SettleTasks, Result<SettledTasks>>
{
    public async Task<Result<SettledTasks>> Handle(SettleTasks request, CancellationToken ct)
    {
        var tasks = await TaskTable.LockOpen(await work.Connection(ct), request.Kind, request.Key, ct);
        if (tasks.Exists(t => !t.Outcomes.Contains(request.Outcome)))
        {
            return Refusal.Rule("workflows.unknown-outcome", "An open task has other outcomes; its workflow must be drawn with this one.", new { outcome = request.Outcome });
        }

        tasks.ForEach(t => answers.Give(t, request.Outcome, null));
        return new SettledTasks(tasks.Count);
    }
}

/// <summary>Gives answers: the task's row, the fact, and the stimulus that wakes its workflow, in one transaction.</summary>
internal sealed class TaskAnswers(UnitOfWork work, EngineBell bell)
{
    public void Give(HumanTask task, string outcome, JsonElement? answer)
    {
        (task.Status, task.Outcome, task.Answer) = (HumanTaskStatus.Completed, outcome, answer?.GetRawText());
        (task.ClosedBy, task.ClosedAt) = (work.Caller.Actor, work.Now);
        work.Raise(task, task.Change(work.Now));
        work.Write(new TaskChangeRow(task));
        var data = JsonSerializer.Serialize(new { outcome, answer, by = task.ClosedBy }, JsonReading.Web);
        work.Write(new StimulusRow(Lane.People, task.Key, StimulusKind.Task, "task", task.Id, task.InstanceId, null, data, work.Trace));
        work.OnCommitted(() => bell.Ring());
    }
}
