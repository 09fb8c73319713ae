//! Statements about scheduled tasks.

use crate::store::statements;

statements! {
    ALL_TASKS = "SELECT name, next_due, paused_at, paused_by, streak FROM scheduler_tasks ORDER BY name";
    ENSURE = "INSERT INTO scheduler_tasks (name, next_due, streak) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING";
    // The due time is in the condition: of two replicas one moves it on, and that one runs the task.
    ADVANCE = "UPDATE scheduler_tasks SET next_due = $3 WHERE name = $1 AND next_due = $2 AND paused_at IS NULL";
    STREAK = "UPDATE scheduler_tasks SET streak = $2 WHERE name = $1";
    FIND = "SELECT name, next_due, paused_at, paused_by, streak FROM scheduler_tasks WHERE name = $1";
    PAUSE = "UPDATE scheduler_tasks SET paused_at = $2, paused_by = $3 WHERE name = $1 AND paused_at IS NULL";
    RESUME = "UPDATE scheduler_tasks SET paused_at = NULL, paused_by = NULL, next_due = $2 \
        WHERE name = $1 AND paused_at IS NOT NULL";
}
