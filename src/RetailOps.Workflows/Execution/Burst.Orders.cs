using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What a burst asks to be done behind its commit, because a burst calls nobody: calls of other machines, tasks of others, events, an answer to a web request.</summary>
internal sealed partial class Burst
{
    private bool answersRequest;

    /// <summary>Orders a call of another machine and waits for its answer.</summary>
    public void Call(HttpCall call)
    {
        var order = new CallOrder(services.NewId(), JsonSerializer.Serialize(call, JsonReading.Web));
        if (order.Request.Length > StateLimits.Value)
        {
            throw new StateTooLargeException("request", order.Request.Length, StateLimits.Value);
        }

        result.Calls.Add(order);
        Wait(new Bookmark(order.Id, BookmarkKind.Answer, node.Type, BookmarkHash.OfCall(node.Type, order.Id), null, current.Number, node.Id, Now));
    }

    /// <summary>Asks for a task of somebody outside and waits for its answer.</summary>
    /// <returns>The task's id.</returns>
    public Guid AskFor(string? taskName, object? payload)
    {
        if (string.IsNullOrWhiteSpace(taskName))
        {
            throw new FormatException("The task has no name.");
        }

        var id = services.NewId();
        result.TasksAskedFor.Add(new TaskOrder(id, taskName, Json("payload", payload)));
        Wait(new Bookmark(id, BookmarkKind.Answer, node.Type, BookmarkHash.OfRunTask(id, taskName), null, current.Number, node.Id, Now));
        return id;
    }

    /// <summary>Lets an event happen behind the commit.</summary>
    public void Publish(string? eventName, string? correlationId, bool isLocal, object? payload)
    {
        if (string.IsNullOrWhiteSpace(eventName))
        {
            throw new FormatException("The event has no name.");
        }

        KeyText.Checked(eventName, "name of an event");
        KeyText.Checked(correlationId, "correlation id");
        if (!isLocal && !services.MaySay(eventName))
        {
            throw new InvalidOperationException($"'{eventName}' is a fact of the product: its module says it, or a workflow that went live by two people. Publish this workflow again, so that another person can approve it, or say something else.");
        }

        result.EventsPublished.Add(new EventOrder(
            ChildId.Of(ExecutionId, result.EventsPublished.Count), eventName, isLocal ? null : string.IsNullOrEmpty(correlationId) ? null : correlationId, isLocal, Json("payload", payload)));
    }

    /// <summary>Answers the web request that began this burst.</summary>
    /// <exception cref="FaultException">None did: it was another burst, long ago, or no request at all.</exception>
    public void Reply(HttpReply reply)
    {
        if (!answersRequest)
        {
            throw new FaultException("The HTTP context was lost: only the burst that a request began can answer it.");
        }

        result.Reply ??= reply;
    }

    /// <summary>Waits for a web request. Several waits of one step are alternatives.</summary>
    public void WaitForRequest(EndpointRule rule) =>
        Wait(new Bookmark(services.NewId(), BookmarkKind.Http, node.Type, BookmarkHash.OfEndpoint(rule.Path, rule.Method), null, current.Number, node.Id, Now, rule.Name));

    /// <summary>A web request brought this on.</summary>
    public void AnswersRequest() => answersRequest = true;

    /// <summary>Of what was asked for in this burst, what is still wanted at its end.</summary>
    private void CollectOrders()
    {
        var waits = state.Bookmarks.Select(b => b.Id).ToHashSet();
        result.ChildrenStarted.RemoveAll(c => c.IsAwaited && !waits.Contains(c.Id));
        result.TasksOpened.RemoveAll(t => !waits.Contains(t.Id));
        result.Calls.RemoveAll(c => !waits.Contains(c.Id));
        result.TasksAskedFor.RemoveAll(t => !waits.Contains(t.Id));
    }

    private static string? Json(string what, object? value)
    {
        if (value is null or "")
        {
            return null;
        }

        var json = JsonSerializer.Serialize(ValueConverter.ToJson(value), JsonReading.Web);
        return json.Length <= StateLimits.Value ? json : throw new StateTooLargeException(what, json.Length, StateLimits.Value);
    }
}

/// <param name="Id">Of the bookmark that waits for the answer.</param>
/// <param name="Request">A <see cref="HttpCall"/> as JSON.</param>
internal sealed record CallOrder(Guid Id, string Request);

/// <param name="Id">Of the task and of the bookmark that waits for its answer.</param>
/// <param name="Payload">JSON; null for none.</param>
internal sealed record TaskOrder(Guid Id, string TaskName, string? Payload);

/// <param name="Id">The same when the burst is run again, so that an instance it starts is started once.</param>
/// <param name="CorrelationId">Who hears it; null for everybody.</param>
/// <param name="IsLocal">Only this instance hears it.</param>
/// <param name="Payload">JSON; null for none.</param>
internal sealed record EventOrder(Guid Id, string Name, string? CorrelationId, bool IsLocal, string? Payload);
