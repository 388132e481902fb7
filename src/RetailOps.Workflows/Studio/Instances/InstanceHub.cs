using Microsoft.AspNetCore.SignalR;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Tells the designer's viewer that an instance has moved. What moved it, and on which host, makes no difference.</summary>
internal sealed class InstanceHub(ObservedInstances observed, RequestRunner runner, Callers callers) : Hub
{
    /// <summary>Most instances that one page looks at.</summary>
    private const int MostEach = 20;

    private const string Mine = "observed";

    /// <summary>The name is the protocol's.</summary>
    /// <exception cref="HubException">There is no such instance, or the caller may not see it.</exception>
    public async Task ObserveInstanceAsync(string instanceId)
    {
        var mine = (HashSet<Guid>)(Context.Items[Mine] ??= new HashSet<Guid>())!;
        if (!Guid.TryParse(instanceId, out var instance) || mine.Count >= MostEach || Context.GetHttpContext() is not { } http || callers.Of(http) is not { } caller)
        {
            throw new HubException("This cannot be observed.");
        }

        if (!(await runner.Run(caller, new ReadInstanceLine(instance), null, Context.ConnectionAborted)).IsSuccess)
        {
            throw new HubException("There is no such instance, or it is not yours to see.");
        }

        await Groups.AddToGroupAsync(Context.ConnectionId, ObservedInstances.GroupOf(instance), Context.ConnectionAborted);
        if (mine.Add(instance))
        {
            observed.Add(instance);
        }
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        foreach (var instance in Context.Items[Mine] as HashSet<Guid> ?? [])
        {
            observed.Remove(instance);
        }

        return base.OnDisconnectedAsync(exception);
    }
}
