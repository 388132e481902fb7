using System.Diagnostics;
using System.Reflection;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>One span per request, wherever it was sent from.</summary>
internal sealed class TracingBehaviour<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    private static readonly ActivitySource Tracing = new("RetailOps.Requests");

    public Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken) =>
        Tracing.HasListeners() ? Traced(next) : next();

    private static async Task<TResponse> Traced(RequestHandlerDelegate<TResponse> next)
    {
        using var span = Tracing.StartActivity(typeof(TRequest).Name);
        var response = await next();
        if (response is IResult { Refusal: { } refusal })
        {
            span?.SetTag("retailops.refusal", refusal.Code);
        }

        return response;
    }
}

/// <summary>Nobody gets past this without the permission that the request names.</summary>
internal sealed class PermissionBehaviour<TRequest, TResponse>(UnitOfWork work) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    private static readonly string Needed = typeof(TRequest).GetCustomAttribute<NeedsAttribute>()?.Permission
        ?? throw new InvalidOperationException($"{typeof(TRequest).FullName} names no permission; give it [Needs].");

    private static readonly bool AsksDatabase = typeof(TRequest).IsDefined(typeof(AsksDatabaseAttribute));

    public Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        if (!work.Caller.May(Needed))
        {
            return Task.FromResult(TResponse.Refused(new Refusal(
                RefusalKind.Forbidden, "security.forbidden", $"This needs the permission {Needed}; ask an administrator for a role that has it.")));
        }

        if (AsksDatabase && work.Mode is WorkMode.Group)
        {
            throw new RunAloneException($"{typeof(TRequest).Name} asks the database.");
        }

        return next();
    }
}

/// <summary>Shape only. Every fault of the request at once, as one refusal with the codes.</summary>
internal sealed class ValidationBehaviour<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        List<RequestFault>? faults = null;
        foreach (var validator in validators)
        {
            foreach (var failure in validator.Validate(request).Errors)
            {
                (faults ??= []).Add(new(Camel(failure.PropertyName), failure.ErrorCode, failure.ErrorMessage));
            }
        }

        return faults is null
            ? next()
            : Task.FromResult(TResponse.Refused(Refusal.Malformed("request.invalid", "The request has the wrong shape; see the list of faults.", faults)));
    }

    private static string Camel(string path) => string.Join('.', path.Split('.').Select(p => p.Length == 0 ? p : char.ToLowerInvariant(p[0]) + p[1..]));
}

/// <summary>One fault of a request's shape.</summary>
/// <param name="Field">The JSON path, like <c>lines[0].quantity</c>.</param>
/// <param name="Code">Stable and machine-readable.</param>
/// <param name="Message">For a person.</param>
public sealed record RequestFault(string Field, string Code, string Message);

/// <summary>A refusal must leave nothing behind: what was written before it is undone, or the work is run where it can be.</summary>
internal sealed class RefusalBehaviour<TRequest, TResponse>(UnitOfWork work) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken cancellationToken)
    {
        work.Depth++;
        var nested = work.Depth > 1 && work.Mode is not WorkMode.Group;
        var before = work.Mark(nested);
        TResponse response;
        try
        {
            response = await next();
        }
        finally
        {
            work.Depth--;
        }

        if (response.Refusal is not null)
        {
            var after = work.Mark(nested);
            if (work.Mode is WorkMode.Group)
            {
                if (after.Changes != before.Changes || (after.Joins != before.Joins && work.HasChangedAggregates))
                {
                    throw new RunAloneException($"{typeof(TRequest).Name} was refused after it may have written.");
                }
            }
            else if (nested && (after.Changes != before.Changes || after.Tracked != before.Tracked))
            {
                work.IsTaintedByRefusal = true;
            }
        }

        return response;
    }
}
