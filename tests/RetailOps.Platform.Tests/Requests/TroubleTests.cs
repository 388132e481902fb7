using System.Net.Sockets;

using Microsoft.EntityFrameworkCore;

using Npgsql;

namespace RetailOps.Platform.Tests;

/// <summary>What is worth another try, and by whom.</summary>
public sealed class TroubleTests
{
    public static TheoryData<Exception> Trouble =>
    [
        new NpgsqlException("no answer", new SocketException(111)), new NpgsqlException("broken", new IOException()), new NpgsqlException("no connection left", new TimeoutException()),
        Sql("57P01"), Sql("57P03"), Sql("53300"), Sql("53100"), Sql("08006"), Sql("25006"), Sql("58030"),
        new DbUpdateException("save", Sql("57P01")), new InvalidOperationException("likely transient", new NpgsqlException("no answer", new SocketException(111))),
        new CommitUnknownException(new IOException()),
    ];

    public static TheoryData<Exception> NoTrouble =>
    [
        Sql("23505"), Sql("23514"), Sql("42601"), Sql("40001"), new TimeoutException(), new IOException(), new SocketException(111), new InvalidOperationException(), new OperationCanceledException(),
    ];

    [Theory, MemberData(nameof(Trouble))]
    public void The_database_cannot_serve_us_at_the_moment(Exception exception) => DatabaseTrouble.IsUnavailable(exception).Should().BeTrue();

    [Theory, MemberData(nameof(NoTrouble))]
    public void The_database_is_well(Exception exception) => DatabaseTrouble.IsUnavailable(exception).Should().BeFalse();

    [Theory]
    [InlineData("23505", true)]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("55P03", true)]
    [InlineData("23514", false)]
    [InlineData("57P01", false)]
    public void Somebody_was_faster(string state, bool isRace)
    {
        Transient.IsRace(Sql(state)).Should().Be(isRace);
        Transient.IsRace(new DbUpdateException("save", Sql(state))).Should().Be(isRace);
    }

    private static PostgresException Sql(string state) => new("message", "ERROR", "ERROR", state);
}
