using Microsoft.Extensions.DependencyInjection;

using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Testing;

/// <summary>A shop that runs the product's own flows, from the order to the books; what people and carriers do in it, in one line each.</summary>
public static class WholeShop
{
    /// <summary>What a host must be given for it: the flows come with <see cref="DrawWhole"/>, and everything billed and credited is asked for.</summary>
    public static TestHostOptions Options { get; } = new() { Workflows = false, Services = s => s.AddPostingPromises() };

    /// <summary>Publishes the flows of the product.</summary>
    public static Task DrawWhole(this TestHost host) => host.Services.ImportWorkflowsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));

    /// <summary>All shipments of an order arrive.</summary>
    public static async Task Deliver(this TestHost host, OrderId order)
    {
        foreach (var fulfilment in (await host.Order(order)).Fulfilments)
        {
            await host.Must(new DeliverFulfilment(fulfilment.Id));
        }
    }

    /// <summary>Units of an order's first line come back as good as new and go to the shelf.</summary>
    /// <returns>The return.</returns>
    public static async Task<Guid> SendBack(this TestHost host, OrderId order, int units)
    {
        var agent = Somebody(Roles.ReturnsAgent);
        var came = await As(host, agent, new RequestReturn(order, [new(1, null, units, "too small")]));
        await As(host, agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        await As(host, agent, new InspectReturnLine(came.Id, 1, "new"));
        await As(host, agent, new DisposeReturnLine(came.Id, 1, "restock"));
        return came.Id;
    }

    /// <summary>Somebody of finance agrees to all that waits for it.</summary>
    /// <returns>How many that were.</returns>
    public static async Task<int> ApproveAll(this TestHost host)
    {
        var waiting = await host.Must(new ListApprovals("open", null, 501));
        foreach (var approval in waiting)
        {
            await As(host, Somebody(Roles.Finance) with { SignedInAt = host.Services.GetRequiredService<TimeProvider>().GetUtcNow() }, new DecideApproval(approval.Id, true));
        }

        return waiting.Count;
    }

    /// <summary>An operator sends what the ERP refused or did not answer once more.</summary>
    /// <returns>The keys of the documents.</returns>
    public static async Task<IReadOnlyList<string>> RetryAll(this TestHost host)
    {
        var person = Somebody(Roles.Operator);
        var keys = new List<string>();
        foreach (var status in new[] { "refused", "gave-up" })
        {
            for (var page = await As(host, person, new ListPostings(status, null, 501)); page.Count > 0; page = await As(host, person, new ListPostings(status, keys[^1], 501)))
            {
                keys.AddRange(page.Select(p => p.Key));
            }
        }

        foreach (var key in keys)
        {
            await As(host, person, new RetryPosting(key));
        }

        return keys;
    }

    private static Caller.Person Somebody(string role) => new(Guid.CreateVersion7(), Permissions.Of([role]));

    private static async Task<T> As<T>(TestHost host, Caller caller, MediatR.IRequest<Result<T>> request) => (await host.Requests.Run(caller, request)).Value;
}
