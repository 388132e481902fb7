using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Integration;

/// <summary>Puts something before a person, as a flow has drawn it.</summary>
[Needs("exceptions.open")]
internal sealed record OpenException(ExceptionCase Found) : IRequest<Result<string>>;

internal sealed class OpenExceptionValidator : AbstractValidator<OpenException>
{
    public OpenExceptionValidator()
    {
        RuleFor(r => r.Found.Key).NotEmpty().WithErrorCode("exceptions.key");
        RuleFor(r => r.Found.Cause).Matches("^[a-z]+([.-][a-z]+)+$").WithErrorCode("exceptions.cause");
        RuleFor(r => r.Found.Severity).Must(s => s is "low" or "medium" or "high").WithErrorCode("exceptions.severity");
        RuleFor(r => r.Found.Message).Must(m => m is { Length: > 0 and <= 2_000 }).WithErrorCode("exceptions.message").WithMessage("1 to 2,000 characters.");
    }
}

internal sealed class OpenExceptionHandler(ExceptionDesk desk) : IRequestHandler<OpenException, Result<string>>
{
    public Task<Result<string>> Handle(OpenException request, CancellationToken ct)
    {
        desk.Open(request.Found);
        return Task.FromResult<Result<string>>(request.Found.Cause);
    }
}

/// <summary>Opens an exception under the instance's correlation id; one that is open already for the cause counts once more.</summary>
[Activity("RetailOps.OpenException", Version = 1, Category = "Exceptions", Description = "Opens an exception under the instance's correlation id; one that is open already for the cause counts once more.")]
[Effect(Effect.Notifies, NoUndoBecause = "What has been mended is closed by who mends it.")]
[Sends(typeof(OpenException))]
internal sealed class OpenExceptionActivity : Activity
{
    [Input(Description = "Stable and machine-readable, like integration.refused.")]
    public Input<string> Cause { get; init; } = new();

    [Input(Default = "medium", Description = "low, medium or high.", Options = ["low", "medium", "high"])]
    public Input<string> Severity { get; init; } = new();

    [Input(Description = "One or two sentences for a person: what is wrong and what to do next. No personal data.", UIHint = UIHints.MultiLine)]
    public Input<string> Message { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var key = context.CorrelationId ?? throw new InvalidOperationException("An exception belongs to a business key, and this instance has no correlation id.");
        var result = await context.Send(new OpenException(new(key, context.Get(Cause) ?? "", context.Get(Severity) ?? "", context.Get(Message) ?? "")));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Complete();
    }
}
