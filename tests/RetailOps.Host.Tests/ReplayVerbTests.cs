using RetailOps.Platform;

namespace RetailOps.Host.Tests;

public sealed class ReplayVerbTests
{
    [Theory]
    [InlineData("needs at least one FILE")]
    [InlineData("--stock takes ample or tight", "a.csv.gz", "--stock=plenty")]
    [InlineData("--nodes takes a number from 2", "a.csv.gz", "--nodes", "1")]
    [InlineData("--until takes a day", "a.csv.gz", "--until", "tomorrow")]
    [InlineData("cannot be read", "/nowhere/a.csv.gz")]
    public async Task What_cannot_be_played_is_said_before_anything_is_started(string words, params string[] arguments)
    {
        VerbOptions.TryRead(arguments, ReplayVerb.Verb.Options, out var options, out _).Should().BeTrue();

        var run = () => ReplayVerb.Verb.Run(options, default);

        await run.Should().ThrowAsync<SetupException>().WithMessage($"*{words}*");
    }

    [Fact]
    public void Files_and_options_come_in_any_order_and_other_verbs_take_no_files()
    {
        VerbOptions.TryRead(["a.csv.gz", "--json", "b.csv.gz", "--nodes", "4"], ReplayVerb.Verb.Options, out var options, out _).Should().BeTrue();
        VerbOptions.TryRead(["a.csv.gz"], VerbOptions.Usual, out _, out var problem).Should().BeFalse();

        options.Arguments.Should().Equal("a.csv.gz", "b.csv.gz");
        (options.Json, options["--nodes"]).Should().Be((true, "4"));
        problem.Should().Contain("a.csv.gz");
    }
}
