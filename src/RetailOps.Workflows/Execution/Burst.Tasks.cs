using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Tasks for people.</summary>
internal sealed partial class Burst
{
    private const int MostFacts = 64 * 1024;

    /// <summary>Whether a connection leaves the current step by an outcome.</summary>
    public bool Leads(string outcome) => current.Parent?.Node?.Flow is { } flow && Array.Exists(flow.Outbound[node.Position], c => c.Port == outcome);

    /// <summary>Opens a task and waits for its answer.</summary>
    /// <exception cref="FormatException">The task makes no sense to a person.</exception>
    public void OpenTask(string? kind, string? title, string[] candidates, string[] outcomes, object? facts, DateTimeOffset? due, object? form)
    {
        if (string.IsNullOrWhiteSpace(kind) || string.IsNullOrWhiteSpace(title))
        {
            throw new FormatException("A task needs a kind and a title.");
        }

        if (outcomes.Length == 0 || outcomes.Any(string.IsNullOrWhiteSpace) || outcomes.Distinct(StringComparer.Ordinal).Count() < outcomes.Length || outcomes.Contains(HumanTaskActivity.Overdue))
        {
            throw new FormatException($"A task needs outcomes to choose from, each once, and '{HumanTaskActivity.Overdue}' is not a person's to choose.");
        }

        var known = facts is null or "" ? null : JsonSerializer.Serialize(ValueConverter.ToJson(facts), JsonReading.Web);
        if (known?.Length > MostFacts)
        {
            throw new StateTooLargeException("facts", known.Length, MostFacts);
        }

        var task = new HumanTask
        {
            Id = services.NewId(),
            InstanceId = state.Id,
            Key = state.CorrelationId ?? state.Id.ToString(),
            Kind = kind,
            Title = title,
            Candidates = candidates,
            Outcomes = outcomes,
            Facts = known,
            Form = form is null or "" ? null : TaskForm.Write(ValueConverter.ToJson(form)),
            OpenedAt = Now,
            DueAt = due?.ToUniversalTime(),
        };
        result.TasksOpened.Add(task);
        Wait(new Bookmark(task.Id, BookmarkKind.Task, node.Type, BookmarkHash.OfTask(task.Id), null, current.Number, node.Id, Now));
    }
}
