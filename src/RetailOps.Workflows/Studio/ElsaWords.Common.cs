namespace RetailOps.Workflows;

/// <content>All but those that speak HTTP.</content>
internal static partial class ElsaWords
{
    private static readonly Dictionary<string, ElsaActivity> Common = new(StringComparer.Ordinal)
    {
        ["Elsa.WriteLine"] = new("Console", "Write Line", "Write a line of text to the console.")
        {
            Inputs = [new("Text", "String", "singleline", "Text", "The text to write.")],
        },
        ["Elsa.NotFoundActivity"] = new("System", "Not Found Activity", "A placeholder activity that will be used in case a workflow definition references an activity type that cannot be found.")
        {
            IsBrowsable = false,
        },
        ["Elsa.StateMachine"] = new("Flow", "State Machine", "Executes a state machine made of named states and trigger-driven transitions.")
        {
            IsBrowsable = false,
        },
        ["Elsa.While"] = new("Looping", "While", "Execute an activity while a given condition evaluates to true.")
        {
            Embedded = ["Body"],
            Inputs = [new("Condition", "Boolean", "singleline", "Condition") { AutoEvaluate = false }],
        },
        ["Elsa.Sequence"] = new("Workflows", "Sequence", "Execute a set of activities in sequence.")
        {
            IsContainer = true,
            IsBrowsable = false,
        },
        ["Elsa.Switch"] = new("Branching", "Switch", "Evaluate a set of case conditions and schedule the activity for a matching case.")
        {
            Embedded = ["Default"],
            Inputs =
            [
                new("Cases", "System.Collections.Generic.ICollection`1[[Elsa.Workflows.Activities.SwitchCase, Elsa.Workflows.Core]], System.Private.CoreLib", "switch-editor", "Cases", "The cases to evaluate.") { IsWrapped = false },
                new("Mode", "Elsa.Workflows.SwitchMode, Elsa.Workflows.Core", "dropdown", "Mode", "The switch mode determines whether the first match should be scheduled, or all matches.") { Picks = ["MatchFirst", "MatchAny"] },
            ],
            Outputs = [new("Output", "Object", "Output")],
        },
        ["Elsa.Finish"] = new("Primitives", "Finish", "Mark the workflow as finished.")
        {
            IsTerminal = true,
        },
        ["Elsa.For"] = new("Looping", "For", "Iterate over a sequence of steps between a start and an end number.")
        {
            Embedded = ["Body"],
            Inputs =
            [
                new("Start", "Int32", "singleline", "Start", "The start step."),
                new("End", "Int32", "singleline", "End", "The end step."),
                new("Step", "Int32", "singleline", "Step", "The step size. To count down, enter a negative number."),
                new("OuterBoundInclusive", "Boolean", "checkbox", "Outer Bound Inclusive", "Controls whether the end step is upper/lowerbound inclusive or exclusive. True (inclusive) by default.") { Default = true },
            ],
            Outputs = [new("CurrentValue", "Object", "Current Value")],
        },
        ["Elsa.If"] = new("Branching", "If", "Evaluate a Boolean condition to determine which activity to execute next.")
        {
            Embedded = ["Then", "Else"],
            Inputs = [new("Condition", "Boolean", "singleline", "Condition")],
            Outputs = [new("Result", "Boolean", "Result")],
        },
        ["Elsa.ExecuteWorkflow"] = new("Composition", "Execute Workflow", "Create a new workflow instance of the specified workflow and execute it.")
        {
            Kind = "Task",
            Inputs =
            [
                new("WorkflowDefinitionId", "String", "workflow-definition-picker", "Workflow Definition", "The definition ID of the workflow to execute."),
                new("CorrelationId", "String", "singleline", "Correlation ID", "The correlation ID to associate the workflow with."),
                new("Input", "ObjectDictionary", "dropdown", "Input", "The input to send to the workflow."),
                new("WaitForCompletion", "Boolean", "checkbox", "Wait for Completion", "Wait for the child workflow to complete before completing this activity."),
            ],
            Outputs = [new("Result", "ExecuteWorkflowResult", "Result")],
        },
        ["Elsa.RunTask"] = new("Primitives", "Run Task", "Requests a given task to be run. ")
        {
            Inputs =
            [
                new("TaskName", "String", "singleline", "Task Name", "The name of the task being requested."),
                new("Payload", "ObjectDictionary", "dropdown", "Payload", "Any additional parameters to send to the task."),
            ],
            Outputs =
            [
                new("TaskId", "String", "Task Id", "The ID of the task that was requested to run."),
                new("Result", "Object", "Result"),
            ],
        },
        ["Elsa.FlowNode"] = new("Flow", "Container", "A simple container that executes the specified activity.")
        {
            Embedded = ["Body"],
        },
        ["Elsa.Event"] = new("Primitives", "Event", "Wait for an event to be published.")
        {
            Kind = "Trigger",
            Inputs = [new("EventName", "String", "singleline", "Event Name", "The name of the event to listen for.")],
            Outputs = [new("Result", "Object", "Result")],
        },
        ["Elsa.Timer"] = new("Scheduling", "Timer", "Trigger workflow execution at a specific interval.")
        {
            Kind = "Trigger",
            Inputs = [new("Interval", "TimeSpan", "singleline", "Interval", "The interval at which the timer should execute.") { Default = "00:01:00" }],
        },
        ["Elsa.Complete"] = new("Composition", "Complete", "Signals the current composite activity to complete itself as a whole.")
        {
            IsTerminal = true,
            Inputs = [new("Outcomes", "Object", "outcome-picker", "Outcomes", "The outcome or set of outcomes to complete this activity with.") { Syntax = "Object" }],
        },
        ["Elsa.Cron"] = new("Scheduling", "Cron", "Trigger workflow execution at a specific interval using a CRON expression.")
        {
            Kind = "Trigger",
            Inputs = [new("CronExpression", "String", "singleline", "Cron Expression", "The CRON expression at which the timer should execute.")],
        },
        ["Elsa.Break"] = new("Looping", "Break", "Break out of a loop.")
        {
            IsTerminal = true,
        },
        ["Elsa.FlowJoin"] = new("Branching", "Join", "Explicitly merge multiple branches into a single branch of execution.")
        {
            Inputs =
            [
                new("Mode", "FlowJoinMode", "dropdown", "Mode", "The join mode determines whether this activity should continue as soon as one inbound path comes in (WaitAny), or once all inbound paths have executed (WaitAll). To wait for all activated inbound paths, set the mode to WaitAllActive.") { Default = "WaitAny", Picks = ["WaitAll", "WaitAllActive", "WaitAny"] },
            ],
        },
        ["Elsa.Fault"] = new("Primitives", "Fault", "Faults the workflow.")
        {
            Inputs =
            [
                new("Code", "String", "singleline", "Code", "Code to categorize the fault."),
                new("Category", "String", "singleline", "Category", "Category to categorize the fault. Examples: HTTP, Alteration, Azure, etc."),
                new("FaultType", "String", "singleline", "Type", "The type of fault. Examples: System, Business, Integration, etc."),
                new("Message", "String", "singleline", "Message", "The message to include with the fault."),
            ],
        },
        ["Elsa.StartAt"] = new("Scheduling", "Start at", "Trigger execution at a specific time in the future.")
        {
            Kind = "Trigger",
            Inputs = [new("DateTime", "DateTimeOffset", "singleline", "Date Time")],
        },
        ["Elsa.ParallelForEach"] = new("Looping", "Parallel for Each", "Schedule an activity for each item in parallel.")
        {
            Embedded = ["Body"],
            Inputs = [new("Items", "Object", "singleline", "Items", "The items to iterate through.")],
        },
        ["Elsa.SetVariable"] = new("Primitives", "Set Variable", "Assign a value to a workflow variable.")
        {
            Inputs =
            [
                new("Variable", "Elsa.Workflows.Memory.Variable, Elsa.Workflows.Core", "variable-picker", "Variable", "The variable to assign the value to.") { IsWrapped = false },
                new("Value", "Object", "singleline", "Value", "The value to assign."),
            ],
        },
        ["Elsa.FlowSwitch"] = new("Branching", "Switch (flow)", "Evaluate a set of case conditions and schedule the activity for a matching case.")
        {
            Flow = ["Default"],
            Inputs =
            [
                new("Cases", "System.Collections.Generic.ICollection`1[[Elsa.Workflows.Activities.Flowchart.Models.FlowSwitchCase, Elsa.Workflows.Core]], System.Private.CoreLib", "flow-switch-editor", "Cases") { IsWrapped = false },
                new("Mode", "Elsa.Workflows.SwitchMode, Elsa.Workflows.Core", "dropdown", "Mode", "The switch mode determines whether the first match should be scheduled, or all matches.") { Picks = ["MatchFirst", "MatchAny"] },
            ],
        },
        ["Elsa.Flowchart"] = new("Flow", "Flowchart", "A flowchart is a collection of activities and connections between them.")
        {
            IsContainer = true,
            IsBrowsable = false,
            Embedded = ["Start"],
            HidesPorts = true,
        },
        ["Elsa.Parallel"] = new("Workflows", "Parallel", "Execute a set of activities in parallel.")
        {
            IsContainer = true,
            IsBrowsable = false,
        },
        ["Elsa.PublishEvent"] = new("Primitives", "Publish Event", "Publishes an event.")
        {
            Inputs =
            [
                new("EventName", "String", "singleline", "Event Name", "The name of the event to publish."),
                new("CorrelationId", "String", "singleline", "Correlation Id", "The correlation ID to scope the event to."),
                new("IsLocalEvent", "Boolean", "checkbox", "Local event", "Whether the event is local to the workflow. When checked, the event will be delivered to this workflow instance only."),
                new("Payload", "Object", "singleline", "Payload", "The payload to send as the event body."),
            ],
        },
        ["Elsa.BulkDispatchWorkflows"] = new("Composition", "Bulk Dispatch Workflows", "Create new workflow instances for each item in the data source and dispatch them for execution.")
        {
            Kind = "Task",
            Embedded = ["ChildCompleted", "ChildFaulted"],
            Flow = ["Completed", "Canceled", "Done"],
            Inputs =
            [
                new("WorkflowDefinitionId", "String", "workflow-definition-picker", "Workflow Definition", "The definition ID of the workflows to dispatch."),
                new("Items", "Object", "singleline", "Items", "The data source to use for dispatching the workflows."),
                new("DefaultItemInputKey", "String", "singleline", "Default Item Input Key", "The default key to use for the input name when sending the current item to the dispatched workflow. Will not be used if the Items field contain a list of dictionaries") { Default = "Item" },
                new("CorrelationIdFunction", "String", "singleline", "Correlation ID Function", "A function to compute the correlation ID to associate a dispatched workflow with.") { AutoEvaluate = false },
                new("Input", "ObjectDictionary", "dropdown", "Input", "Additional input to send to the workflows being dispatched."),
                new("WaitForCompletion", "Boolean", "checkbox", "Wait for Completion", "Wait for the dispatched workflows to complete before completing this activity.") { Default = true },
            ],
        },
        ["Elsa.ForEach"] = new("Looping", "For Each", "Iterate over a set of values.")
        {
            Embedded = ["Body"],
            Inputs = [new("Items", "List<Object>", "dropdown", "Items", "The set of values to iterate.")],
            Outputs = [new("CurrentValue", "Object", "Current Value", "Assign the current value to the specified variable.")],
        },
        ["Elsa.DispatchWorkflow"] = new("Composition", "Dispatch Workflow", "Create a new workflow instance of the specified workflow and dispatch it for execution.")
        {
            Inputs =
            [
                new("WorkflowDefinitionId", "String", "workflow-definition-picker", "Workflow Definition", "The definition ID of the workflow to dispatch."),
                new("CorrelationId", "String", "singleline", "Correlation ID", "The correlation ID to associate the workflow with."),
                new("Input", "ObjectDictionary", "dropdown", "Input", "The input to send to the workflow."),
                new("WaitForCompletion", "Boolean", "checkbox", "Wait for Completion", "Wait for the child workflow to complete before completing this activity."),
            ],
            Outputs = [new("Result", "Object", "Result")],
        },
        ["Elsa.Workflow"] = new("Workflows", "Workflow", "A workflow is an activity that executes its Root activity.")
        {
            IsBrowsable = false,
            Embedded = ["Root"],
            HidesPorts = true,
            Outputs = [new("Result", "Object", "Result")],
        },
        ["Elsa.Fork"] = new("Control Flow", "Fork", "Branch execution into multiple branches.")
        {
            IsBrowsable = false,
            Inputs =
            [
                new("JoinMode", "Elsa.Workflows.ForkJoinMode, Elsa.Workflows.Core", "dropdown", "Join Mode", "Controls when this activity yields control back to its parent activity.") { IsWrapped = false, Picks = ["WaitAll", "WaitAny"] },
            ],
        },
        ["Elsa.Delay"] = new("Scheduling", "Delay", "Delay execution for the specified amount of time.")
        {
            Inputs = [new("TimeSpan", "TimeSpan", "singleline", "Time Span", "The timespan to delay workflow execution.") { Default = "00:01:00" }],
        },
        ["Elsa.Start"] = new("Flow", "Start", "A milestone activity that marks the start of a flowchart.")
        {
            IsStart = true,
        },
        ["Elsa.SetName"] = new("Primitives", "Set Name", "Set the name of the workflow instance to a specified value.")
        {
            Inputs = [new("Value", "String", "singleline", "Value")],
        },
        ["Elsa.FlowDecision"] = new("Branching", "Decision", "Evaluate a Boolean condition to determine which path to execute next.")
        {
            Flow = ["True", "False"],
            Inputs = [new("Condition", "Boolean", "singleline", "Condition")],
        },
        ["Elsa.SetOutput"] = new("Composition", "Set Output", "Assigns a given value to a the container's output.")
        {
            Inputs =
            [
                new("OutputName", "String", "output-picker", "Output", "The output to assign."),
                new("OutputValue", "Object", "singleline", "Output Value", "The value to assign."),
            ],
        },
        ["Elsa.Correlate"] = new("Primitives", "Correlate", "Set the CorrelationId of the workflow to a given value.")
        {
            Inputs = [new("CorrelationId", "String", "singleline", "Correlation Id", "An expression that evaluates to the value to store as the correlation id")],
        },
        ["Elsa.FlowFork"] = new("Branching", "Fork (flow)", "Branch execution into multiple branches that will be executed in parallel.")
        {
            Inputs = [new("Branches", "List<String>", "dynamic-outcomes", "Branches", "A list of expected outcomes to handle.")],
        },
        ["Elsa.RunJavaScript"] = new("Scripting", "Run JavaScript", "Executes JavaScript code")
        {
            Inputs =
            [
                new("Script", "String", "code-editor", "Script", "The script to run.") { IsDrawn = true, Syntax = "JavaScript", Language = "javascript" },
                new("PossibleOutcomes", "List<String>", "dynamic-outcomes", "Possible Outcomes", "A list of possible outcomes.") { IsDrawn = true },
            ],
            Outputs = [new("Result", "Object", "Result")],
        },
        ["Elsa.End"] = new("Flow", "End", "A milestone activity that marks the end of a flowchart.")
        {
            IsTerminal = true,
        },
    };
}
