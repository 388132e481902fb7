using System.Text.Json;

using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class CompleteRunTaskValidator : AbstractValidator<CompleteRunTask>
{
    private const int MostResult = 64 * 1024;

    public CompleteRunTaskValidator() =>
        RuleFor(r => r.Result).Must(a => a is null || a.Value.ValueKind is JsonValueKind.Undefined || a.Value.GetRawText() is { Length: <= MostResult } text && !text.Contains("\\u0000", StringComparison.Ordinal))
            .WithErrorCode("workflows.task-answer").WithMessage("At most 64 KB, without the character U+0000.");
}

internal sealed class CompleteRunTaskHandler(UnitOfWork work, EngineBell bell) : IRequestHandler<CompleteRunTask, Result<Guid>>
{
    public async Task<Result<Guid>> Handle(CompleteRunTask request, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand("select instance_id, key from workflows.bookmarks where id = $1 and kind = 4 and name = 'Elsa.RunTask'", await work.Connection(ct))
        {
            Parameters = { new() { Value = request.TaskId } },
        };
        await using var reader = await look.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return TaskRefusals.Unknown();
        }

        var (instance, key) = (reader.GetGuid(0), reader.GetString(1));
        var result = request.Result is { ValueKind: not JsonValueKind.Undefined } json ? json.GetRawText() : null;
        work.Write(new StimulusRow(Lane.People, key, StimulusKind.Answer, "answer", request.TaskId, instance, null, result, work.Trace));
        work.OnCommitted(() => bell.Ring());
        return request.TaskId;
    }
}
